// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.correlationstation.agent.settings.AddressBlock;
import io.correlationstation.agent.settings.TopicPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts and topics keys may go to.
 *
 * <p>A rule is a host suffix ({@code .example.com} for everything below, {@code example.com} for
 * that host and everything below), an address or CIDR block ({@code 192.0.2.0/24}), {@code private}
 * (loopback, link-local and private addresses and {@code localhost}), {@code single-label} (names
 * without a dot) or {@code *}. Names are never resolved: what counts is what the application asked
 * for.
 */
final class Destinations {

  private static final String[] PRIVATE_BLOCKS = {
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1",
    "fc00::/7",
    "fe80::/10"
  };

  private final List<String> suffixes = new ArrayList<>();
  private final List<AddressBlock> blocks = new ArrayList<>();
  private final List<TopicPattern> topics = new ArrayList<>();
  private boolean any;
  private boolean singleLabel;

  Destinations(List<String> hosts, List<String> topics) {
    for (String topic : topics) {
      this.topics.add(new TopicPattern(topic));
    }
    for (String host : hosts) {
      add(host.toLowerCase(Locale.ROOT));
    }
  }

  private void add(String rule) {
    if (rule.equals("*")) {
      any = true;
    } else if (rule.equals("private")) {
      suffixes.add("localhost");
      for (String block : PRIVATE_BLOCKS) {
        addBlock(block);
      }
    } else if (rule.equals("single-label")) {
      singleLabel = true;
    } else if (!addBlock(rule)) {
      suffixes.add(rule.startsWith("*.") ? rule.substring(1) : rule);
    }
  }

  private boolean addBlock(String rule) {
    AddressBlock block = AddressBlock.parse(rule);
    return block != null && blocks.add(block);
  }

  boolean allowsHost(@Nullable String host) {
    if (any) {
      return true;
    }
    if (host == null || host.isEmpty()) {
      return false;
    }
    byte[] address = AddressBlock.address(host);
    return address == null ? allowsName(host.toLowerCase(Locale.ROOT)) : allowsAddress(address);
  }

  private boolean allowsAddress(byte[] address) {
    for (AddressBlock block : blocks) {
      if (block.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private boolean allowsName(String spelled) {
    String name = spelled.endsWith(".") ? spelled.substring(0, spelled.length() - 1) : spelled;
    if (singleLabel && name.indexOf('.') < 0) {
      return true;
    }
    for (String suffix : suffixes) {
      int start = name.length() - suffix.length();
      if (name.endsWith(suffix)
          && (start == 0 || suffix.charAt(0) == '.' || name.charAt(start - 1) == '.')) {
        return true;
      }
    }
    return false;
  }

  boolean allowsTopic(@Nullable String topic) {
    for (TopicPattern pattern : topics) {
      if (pattern.matches(topic)) {
        return true;
      }
    }
    return false;
  }
}
