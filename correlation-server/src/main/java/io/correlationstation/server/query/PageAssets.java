// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import java.util.List;

/** Names of the files that the page loads, served below {@code /assets/}. */
final class PageAssets {

  static final List<String> NAMES =
      List.of(
          "style.css",
          "theme.js",
          "app.js",
          "api.js",
          "compare.js",
          "dom.js",
          "model.js",
          "panel.js",
          "steps.js",
          "story.js",
          "timeline.js",
          "views.js",
          "waterfall.js",
          "favicon.svg");

  private PageAssets() {}
}
