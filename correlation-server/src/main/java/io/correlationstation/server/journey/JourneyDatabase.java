// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** The database with its pool and its schema brought up to date. */
final class JourneyDatabase implements AutoCloseable {

  private static final int MAX_CONNECTIONS = 6;

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private JourneyDatabase(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Opens the database and migrates it.
   *
   * @throws RuntimeException when it cannot be opened or belongs to a newer version
   */
  static JourneyDatabase open(String jdbcUrl) {
    boolean sqlite = jdbcUrl.startsWith("jdbc:sqlite:");
    HikariDataSource pool = new HikariDataSource(settings(jdbcUrl, sqlite));
    try {
      Flyway.configure(JourneyDatabase.class.getClassLoader())
          .dataSource(pool)
          .locations("classpath:io/correlationstation/server/journey")
          .placeholders(Map.of("bytes", sqlite ? "BLOB" : "BYTEA"))
          .failOnMissingLocations(true)
          .load()
          .migrate();
      return new JourneyDatabase(pool);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
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
