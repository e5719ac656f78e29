// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What the rules say about a text in a dry run.
 *
 * @param code {@code DE-####} or {@code UNCLASSIFIED}
 * @param rule name of the rule; null when unclassified
 * @param fingerprint 64 hexadecimal digits, the same for texts that differ in volatile tokens only
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record TextVerdict(String code, @Nullable String rule, String fingerprint) {}
