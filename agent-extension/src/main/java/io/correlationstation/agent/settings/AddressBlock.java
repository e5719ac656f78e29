// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** A block of IPv4 or IPv6 addresses. Parsing never asks a name server. */
public final class AddressBlock {

  private final byte[] network;
  private final int bits;

  private AddressBlock(byte[] network, int bits) {
    this.network = network;
    this.bits = bits;
  }

  /** Parses {@code 192.0.2.0/24}, {@code 192.0.2.1} or {@code fc00::/7}; null for anything else. */
  public static @Nullable AddressBlock parse(String text) {
    int slash = text.indexOf('/');
    byte[] network = address(slash < 0 ? text : text.substring(0, slash));
    if (network == null) {
      return null;
    }
    int most = network.length * 8;
    int bits = slash < 0 ? most : number(text, slash + 1);
    return bits < 0 || bits > most ? null : new AddressBlock(network, bits);
  }

  /** Returns 4 or 16 bytes of a literal address, brackets allowed, or null for a name. */
  public static byte @Nullable [] address(String host) {
    String text =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (text.indexOf(':') >= 0) {
      return isIpv6Text(text) ? literal(text) : null;
    }
    boolean startsLikeOne = !text.isEmpty() && text.charAt(0) >= '0' && text.charAt(0) <= '9';
    return startsLikeOne ? ipv4(text) : null;
  }

  private static boolean isIpv6Text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        return true;
      }
      if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
        return false;
      }
    }
    return true;
  }

  private static byte @Nullable [] literal(String text) {
    int zone = text.indexOf('%');
    try {
      return InetAddress.getByName(zone < 0 ? text : text.substring(0, zone)).getAddress();
    } catch (UnknownHostException notAnAddress) {
      return null;
    }
  }

  private static byte @Nullable [] ipv4(String text) {
    byte[] address = new byte[4];
    int start = 0;
    for (int i = 0; i < 4; i++) {
      int end = i < 3 ? text.indexOf('.', start) : text.length();
      if (end <= start || end - start > 3) {
        return null;
      }
      int part = number(text.substring(start, end), 0);
      if (part < 0 || part > 255) {
        return null;
      }
      address[i] = (byte) part;
      start = end + 1;
    }
    return address;
  }

  private static int number(String text, int from) {
    int number = 0;
    if (from >= text.length() || text.length() - from > 3) {
      return -1;
    }
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = number * 10 + (c - '0');
    }
    return number;
  }

  /** Whether an address of 4 or 16 bytes is in the block. */
  public boolean contains(byte[] address) {
    if (address.length != network.length) {
      return false;
    }
    int whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (address[i] != network[i]) {
        return false;
      }
    }
    int rest = bits % 8;
    int mask = 0xff << (8 - rest);
    return rest == 0 || (address[whole] & mask) == (network[whole] & mask);
  }
}
