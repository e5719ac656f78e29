// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

/**
 * How far a log file was read.
 *
 * @param offset of the first byte that was not read
 * @param head SHA-256 of the first bytes, to know a file that was replaced or renamed
 * @param headLength how many bytes that hash covers
 */
public record FilePosition(long offset, String head, int headLength) {}
