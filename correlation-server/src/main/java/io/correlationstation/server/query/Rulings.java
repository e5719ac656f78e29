// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.correlationstation.server.stitch.Ruling;
import io.javalin.http.Context;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where persons' rulings go, and who the person is. */
public interface Rulings {

  /** Completes when the ruling is durable, exceptionally when it is not taken. */
  CompletableFuture<?> rule(Ruling ruling);

  /** The authenticated user of a request; null when nobody had to say who they are. */
  @Nullable String user(Context context);
}
