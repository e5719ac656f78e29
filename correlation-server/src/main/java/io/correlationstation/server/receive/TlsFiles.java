// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * PEM files for TLS.
 *
 * @param certificate our certificate chain
 * @param key our private key, PKCS #8
 * @param clientCa certificates that clients' must be signed with, or null when clients need none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientCa) {}
