// SPDX-License-Identifier: Apache-2.0
/** Error texts and the ordered rules that give them defect codes. */
@NullMarked
package io.correlationstation.mdso.errors;

import org.jspecify.annotations.NullMarked;
