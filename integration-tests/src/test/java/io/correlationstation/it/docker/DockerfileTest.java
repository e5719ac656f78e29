// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DockerfileTest {

  private static final Set<String> IMAGES =
      Set.of("server", "beorn", "palantir", "arda", "mdso-stub");

  private final Map<String, Dockerfile.Stage> stages = Dockerfile.read();

  @Test
  void baseImages_arePinnedToAPatchRelease() {
    List<String> bases =
        stages.values().stream()
            .map(Dockerfile.Stage::from)
            .filter(from -> !stages.containsKey(from))
            .toList();

    assertThat(bases).hasSize(2).allMatch(base -> base.matches("[a-z-]+:\\d+\\.\\d+\\.\\d+\\S*"));
  }

  @Test
  void images_runAsANumberedUserThatIsNotRoot() {
    for (String image : IMAGES) {
      assertThat(lastUser(stages.get(image))).as(image).matches("[1-9]\\d*:[1-9]\\d*");
    }
  }

  private String lastUser(Dockerfile.Stage stage) {
    List<String> users = StackFiles.matches("(?m)^USER (\\S+)$", stage.text());
    if (!users.isEmpty()) {
      return users.get(users.size() - 1);
    }
    assertThat(stages).as("no USER and no stage above " + stage.name()).containsKey(stage.from());
    return lastUser(stages.get(stage.from()));
  }

  @Test
  void images_probeThePortThatTheyExpose() {
    for (String image : IMAGES) {
      Dockerfile.Stage stage = stages.get(image);
      List<String> probed = StackFiles.matches("probe\\.sh\", \"(\\d+)\"", stage.text());
      assertThat(probed).as(image).hasSize(1);
      assertThat(stage.exposed()).as(image).containsAll(probed);
    }
  }

  @Test
  void sampleImages_listenOnThePortThatTheyExpose() {
    for (String image : IMAGES) {
      Dockerfile.Stage stage = stages.get(image);
      if (!image.equals("server")) {
        assertThat(StackFiles.matches("PORT=(\\d+)", stage.text())).isEqualTo(stage.exposed());
      }
    }
  }

  @Test
  void copiedJars_areWhatTheirModulesBuild() {
    for (Dockerfile.Stage stage : stages.values()) {
      for (String path : StackFiles.matches("COPY --from=build /src/(\\S+)", stage.text())) {
        String module = path.replaceFirst("/target/.*", "");
        String jar = path.replaceFirst(".*/target/", "");
        assertThat(StackFiles.text(module + "/pom.xml")).as(path).contains("/" + jar);
      }
    }
  }

  @Test
  void onlyTheServices_runWithTheAgent() {
    assertThat(stages.get("beorn").from()).isEqualTo("traced");
    assertThat(stages.get("palantir").from()).isEqualTo("traced");
    assertThat(stages.get("arda").from()).isEqualTo("traced");
    assertThat(stages.get("mdso-stub").from()).isEqualTo("runtime");
    assertThat(stages.get("traced").text()).contains("-javaagent:/opt/station/");
    assertThat(stages.get("runtime").text()).doesNotContain("-javaagent");
  }

  @Test
  void filesFromTheContext_existAndAreNotIgnored() {
    List<String> ignored = StackFiles.text("docker/Dockerfile.dockerignore").lines().toList();
    for (Dockerfile.Stage stage : stages.values()) {
      for (String file :
          StackFiles.matches("(?m)^COPY (?:--chmod=\\d+ )?([^-\\s]\\S*/\\S+)", stage.text())) {
        assertThat(Files.exists(StackFiles.path(file))).as(file).isTrue();
        assertThat(ignored).doesNotContain(file, "docker");
      }
    }
    assertThat(ignored)
        .as("Maven reads every module, also those that are not built")
        .doesNotContainAnyElementsOf(
            StackFiles.matches("<module>(.+?)</module>", StackFiles.text("pom.xml")));
  }
}
