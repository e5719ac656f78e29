// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files of the page, held in memory: plain HTML, CSS and modules, nothing from elsewhere. */
final class PageFiles {

  private static final String POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " object-src 'none'";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "svg", "image/svg+xml",
          "json", "application/json");

  private final Map<String, PageFile> files;

  private PageFiles(Map<String, PageFile> files) {
    this.files = files;
  }

  /** Reads the files from the class path. */
  static PageFiles load() {
    Map<String, PageFile> files = new LinkedHashMap<>();
    files.put("/", PageFile.read("index.html"));
    files.put("/openapi.json", PageFile.read("openapi.json"));
    for (String name : PageAssets.NAMES) {
      files.put("/assets/" + name, PageFile.read(name));
    }
    return new PageFiles(files);
  }

  Map<String, Handler> handlers() {
    Map<String, Handler> handlers = new LinkedHashMap<>();
    files.forEach((path, file) -> handlers.put(path, file::answer));
    return handlers;
  }

  /** One file with the headers it is served with. */
  private static final class PageFile {

    private final String type;
    private final byte[] content;
    private final String etag;

    private PageFile(String type, byte[] content) {
      this.type = type;
      this.content = content;
      this.etag = etag(content);
    }

    static PageFile read(String name) {
      try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
        if (in == null) {
          throw new IllegalStateException("the page lacks " + name);
        }
        byte[] content = in.readAllBytes();
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        return new PageFile(String.valueOf(type), content);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String etag(byte[] content) {
      try {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
        return '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    void answer(Context context) {
      context.header("Content-Security-Policy", POLICY);
      context.header("Cache-Control", "no-cache");
      context.header("ETag", etag);
      if (etag.equals(context.header("If-None-Match"))) {
        context.status(HttpStatus.NOT_MODIFIED);
      } else {
        context.contentType(type).result(content);
      }
    }
  }
}
