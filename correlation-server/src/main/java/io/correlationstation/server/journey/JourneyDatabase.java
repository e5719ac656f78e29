// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jdbi.v3.core.Jdbi;

/** The database with its pool and its schema brought up to date. */
final class JourneyDatabase implements AutoCloseable {

  private static final int MAX_CONNECTIONS = 6;
  private static final String SQLITE = "jdbc:sqlite:";

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private JourneyDatabase(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Opens the database and migrates it.
   *
   * @throws RuntimeException when it cannot be opened or belongs to another version
   */
  static JourneyDatabase open(String jdbcUrl) {
    boolean sqlite = jdbcUrl.startsWith(SQLITE);
    if (sqlite) {
      createPrivately(Path.of(jdbcUrl.substring(SQLITE.length())));
    }
    HikariDataSource pool = new HikariDataSource(settings(jdbcUrl, sqlite));
    try {
      Flyway.configure(JourneyDatabase.class.getClassLoader())
          .dataSource(pool)
          .locations("classpath:io/correlationstation/server/journey/schema")
          .placeholders(
              sqlite
                  ? Map.of("bytes", "BLOB", "number", "INTEGER", "by_key", "WITHOUT ROWID")
                  : Map.of("bytes", "BYTEA", "number", "BIGINT", "by_key", ""))
          .failOnMissingLocations(true)
          .load()
          .migrate();
      return new JourneyDatabase(pool);
    } catch (FlywayValidateException e) {
      pool.close();
      throw new IllegalStateException(
          "the journey store %s was made by another version; move it away, and journeys are made"
                  .formatted(jdbcUrl)
              + " again from what the journal still has",
          e);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** SQLite gives its other files the permissions of the first one. */
  private static void createPrivately(Path file) {
    try {
      if (Files.notExists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the journey store can't be made", e);
    }
  }

  private static HikariConfig settings(String jdbcUrl, boolean sqlite) {
    HikariConfig settings = new HikariConfig();
    settings.setPoolName("journeys");
    settings.setJdbcUrl(jdbcUrl);
    settings.setMaximumPoolSize(MAX_CONNECTIONS);
    settings.setMinimumIdle(1);
    if (sqlite) {
      // The journal can be read again, so a commit need not be forced: the position is in it.
      settings.addDataSourceProperty("journal_mode", "WAL");
      settings.addDataSourceProperty("synchronous", "NORMAL");
      settings.addDataSourceProperty("busy_timeout", "10000");
      settings.addDataSourceProperty("cache_size", "-32000");
      // Pages that change again and again are copied back once in a while, not every 4 MB.
      settings.setConnectionInitSql("PRAGMA wal_autocheckpoint = 8000");
    }
    return settings;
  }

  Jdbi jdbi() {
    return jdbi;
  }

  @Override
  public void close() {
    pool.close();
  }
}
