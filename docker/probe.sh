#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Health probe without curl: succeeds when http://127.0.0.1:PORT/PATH answers 200.
set -euo pipefail

port=$1
path=$2
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$path" >&3
read -r -t 3 _ status _ <&3
[ "$status" = 200 ]
