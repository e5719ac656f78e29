// SPDX-License-Identifier: Apache-2.0
/** Methods that say which of their parameters are keys. */
@NullMarked
package io.correlationstation.agent.annotation;

import org.jspecify.annotations.NullMarked;
