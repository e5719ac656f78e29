// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A rule file as it was read: its rules as far as they are whole, and what is wrong with the rest.
 *
 * @param name for messages
 */
record RuleFile(String name, List<ErrorRule> rules, List<RuleFinding> findings) {

  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final Set<String> FILE_FIELDS = Set.of("version", "rules");
  private static final Set<String> RULE_FIELDS =
      new TreeSet<>(
          List.of(
              "code",
              "name",
              "system",
              "category",
              "severity",
              "priority",
              "consequence",
              "products",
              "pattern",
              "examples",
              "nonExamples"));
  private static final int DEFAULT_PRIORITY = 100;

  static RuleFile parse(String name, String yaml) {
    return new Reader(name).read(yaml);
  }

  /** Collects findings while it reads. */
  private static final class Reader {
    private final String file;
    private final List<ErrorRule> rules = new ArrayList<>();
    private final List<RuleFinding> findings = new ArrayList<>();
    private String rule = "";

    Reader(String file) {
      this.file = file;
    }

    RuleFile read(String yaml) {
      JsonNode root;
      try {
        root = YAML.readTree(yaml);
      } catch (JsonProcessingException e) {
        wrong("is no YAML: " + e.getOriginalMessage());
        return result();
      }
      if (root == null || !root.isObject()) {
        wrong("must be a mapping with version and rules");
        return result();
      }
      requireFields(root, FILE_FIELDS);
      if (root.path("version").asInt(0) != 1) {
        wrong("version must be 1");
      }
      if (!root.path("rules").isArray()) {
        wrong("rules must be a list");
      }
      int position = 0;
      for (JsonNode node : root.path("rules")) {
        position++;
        rule = node.path("code").isTextual() ? node.path("code").asText() : "rule " + position;
        readRule(node);
      }
      return result();
    }

    private RuleFile result() {
      return new RuleFile(file, rules, findings);
    }

    private void readRule(JsonNode node) {
      if (!node.isObject()) {
        wrong("must be a mapping");
        return;
      }
      int before = findings.size();
      requireFields(node, RULE_FIELDS);
      ErrorRule read =
          new ErrorRule(
              text(node, "code", null),
              text(node, "name", null),
              list(node, "system", List.of()),
              text(node, "category", ""),
              text(node, "severity", "ERROR"),
              priority(node),
              consequence(node),
              list(node, "products", List.of("*")),
              text(node, "pattern", null),
              list(node, "examples", List.of()),
              list(node, "nonExamples", List.of()));
      if (!read.code().isEmpty() && !read.code().matches("DE-[0-9]{4}")) {
        wrong("code must be DE- and four digits");
      }
      if (read.examples().isEmpty()) {
        wrong("needs at least one example");
      }
      if (findings.size() == before) {
        rules.add(read);
      }
    }

    private void requireFields(JsonNode node, Set<String> known) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        if (!known.contains(field.getKey())) {
          wrong("unknown field " + field.getKey() + "; known are " + known);
        }
      }
    }

    private String text(JsonNode node, String field, @Nullable String otherwise) {
      JsonNode value = node.path(field);
      if (value.isTextual() && !value.asText().isBlank()) {
        return value.asText();
      }
      if (!value.isMissingNode() || otherwise == null) {
        wrong(field + " must be a text");
      }
      return otherwise == null ? "" : otherwise;
    }

    private int priority(JsonNode node) {
      JsonNode value = node.path("priority");
      if (!value.isMissingNode() && !value.isInt()) {
        wrong("priority must be a whole number");
      }
      return value.asInt(DEFAULT_PRIORITY);
    }

    private boolean consequence(JsonNode node) {
      JsonNode value = node.path("consequence");
      if (!value.isMissingNode() && !value.isBoolean()) {
        wrong("consequence must be true or false");
      }
      return value.asBoolean();
    }

    private List<String> list(JsonNode node, String field, List<String> otherwise) {
      JsonNode value = node.path(field);
      if (value.isMissingNode()) {
        return otherwise;
      }
      List<String> texts = new ArrayList<>();
      boolean fine = value.isArray();
      for (JsonNode element : value) {
        fine &= element.isTextual();
        texts.add(element.asText());
      }
      if (!fine) {
        wrong(field + " must be a list of texts");
      }
      return texts;
    }

    private void wrong(String message) {
      findings.add(new RuleFinding(file, rule, true, message));
    }
  }
}
