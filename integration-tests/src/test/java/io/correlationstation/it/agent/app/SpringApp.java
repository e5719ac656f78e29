// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import java.net.URI;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** A service of Spring Boot: MVC on Tomcat, or WebFlux on Netty when the argument says so. */
@EnableAutoConfiguration
@RestController
public class SpringApp {

  private final WebClient client = WebClient.create();

  public static void main(String[] args) {
    boolean reactive = args.length > 0 && args[0].equals("reactive");
    SpringApplication application = new SpringApplication(SpringApp.class);
    application.setWebApplicationType(
        reactive ? WebApplicationType.REACTIVE : WebApplicationType.SERVLET);
    WebServerApplicationContext context =
        (WebServerApplicationContext)
            application.run(
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn");
    System.out.println("PORT " + context.getWebServer().getPort());
  }

  @GetMapping("/relay")
  public Mono<String> relay() {
    return call("relayed");
  }

  @PostMapping("/body")
  public Mono<String> body(@RequestBody String body) {
    return call(body);
  }

  @GetMapping("/chain")
  public Mono<String> chain() {
    return client
        .get()
        .uri(URI.create(System.getenv("DOWNSTREAM")))
        .retrieve()
        .bodyToMono(String.class)
        .flatMap(this::call);
  }

  private Mono<String> call(String answer) {
    return client
        .get()
        .uri(URI.create(System.getenv("DOWNSTREAM")))
        .retrieve()
        .toBodilessEntity()
        .thenReturn(answer);
  }
}
