// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.Executors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Calls downstream as if it were a service of AWS; whether the answer is understood is no matter.
 */
public final class AwsApp {

  private AwsApp() {}

  public static void main(String[] args) throws IOException {
    S3Client s3 = prepared(S3Client.builder().forcePathStyle(true)).build();
    DynamoDbClient dynamo = prepared(DynamoDbClient.builder()).build();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(2));
    add(server, "/s3", () -> s3.headBucket(request -> request.bucket("orders")));
    add(server, "/dynamodb", dynamo::listTables);
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private static <B extends AwsClientBuilder<B, ?>> B prepared(B builder) {
    return builder
        .endpointOverride(URI.create(System.getenv("DOWNSTREAM")))
        .region(Region.EU_CENTRAL_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("synthetic", "synthetic")));
  }

  private static void add(HttpServer server, String path, Runnable call) {
    server.createContext(
        path,
        exchange -> {
          call.run();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
  }
}
