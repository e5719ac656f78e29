// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Follows the page tokens of one listing, a page at a time, each item once.
 *
 * <p>It ends on a missing, empty or repeated token and on an empty page. {@code total} is not
 * trusted. After {@code maxPages} pages it fails: a listing is never cut silently.
 */
public final class Pager<T> {

  private final Fetch<T> fetch;
  private final Function<T, String> idOf;
  private final int maxPages;
  private final Set<String> ids = new HashSet<>();
  private final Set<String> tokens = new HashSet<>();
  private @Nullable String token;
  private int pages;
  private boolean ended;

  Pager(Fetch<T> fetch, Function<T, String> idOf, int maxPages) {
    this.fetch = fetch;
    this.idOf = idOf;
    this.maxPages = maxPages;
  }

  /** Gets the page after a token; null asks for the first. */
  interface Fetch<T> {
    Page<T> page(@Nullable String token) throws MdsoException, InterruptedException;
  }

  /**
   * The items of the next page that no page before had, or null after the last page.
   *
   * @throws MdsoException when a page cannot be had, or of kind PAGING_ABORTED past the bound
   */
  public @Nullable List<T> next() throws MdsoException, InterruptedException {
    if (ended) {
      return null;
    }
    if (pages == maxPages) {
      throw new MdsoException(
          MdsoException.Kind.PAGING_ABORTED,
          "the listing has more than " + maxPages + " pages (MDSO_MAX_PAGES)",
          null);
    }
    Page<T> page = fetch.page(token);
    pages++;
    token = page.nextPageToken();
    ended = token == null || page.itemCount() == 0 || !tokens.add(token);
    return page.items().stream().filter(item -> ids.add(idOf.apply(item))).toList();
  }

  /** All items that are left; for listings that are known to be short. */
  public List<T> rest() throws MdsoException, InterruptedException {
    List<T> rest = new ArrayList<>();
    for (List<T> page = next(); page != null; page = next()) {
      rest.addAll(page);
    }
    return rest;
  }
}
