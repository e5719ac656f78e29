// SPDX-License-Identifier: Apache-2.0
/** Which parameters and results are correlation keys, for the agent extension to see. */
package io.correlationstation.correlation.annotation;
