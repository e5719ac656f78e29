// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import java.util.List;

/** Names of the files that the page loads, served below {@code /assets/}. */
final class PageAssets {

  static final List<String> NAMES =
      List.of("style.css", "app.js", "api.js", "model.js", "render.js", "favicon.svg");

  private PageAssets() {}
}
