// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every request that docs/receive.md shows is sent as it stands there. */
class ReceiveDocsTest {

  private static final Pattern CURL =
      Pattern.compile(
          "curl -i '?http://127\\.0\\.0\\.1:(\\d+)([^ ']+)'? -H 'Content-Type: ([^']+)'"
              + " (?:-d|--data-binary) '([^']*)'");

  @Test
  void examples_sentAsTheyStand_areTaken() throws Exception {
    Matcher curl = CURL.matcher(Files.readString(Path.of("../docs/receive.md")));
    int examples = 0;
    try (ReceiverFixture fixture = new ReceiverFixture()) {
      while (curl.find()) {
        URI uri =
            curl.group(1).equals("4318")
                ? fixture.otlp(curl.group(2))
                : fixture.main(curl.group(2));

        int status = fixture.post(uri, curl.group(3), curl.group(4).getBytes(UTF_8)).statusCode();

        assertThat(status).as(curl.group(2)).isBetween(200, 204);
        examples++;
        assertThat(fixture.journal.items()).as(curl.group(2)).isEqualTo(examples);
      }
      fixture.assertAccounting();
    }
    assertThat(examples).isEqualTo(5);
  }
}
