// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Copied;
import io.correlationstation.server.stitch.FieldSink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ObjectNumbersTest {

  @Test
  void numberOrAdd_manyEqualObjects_numbersEachByIdentityInOrder() {
    ObjectNumbers numbers = new ObjectNumbers();
    List<Object> objects = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      Object equalToAll = new ArrayList<>();
      objects.add(equalToAll);
      assertThat(numbers.numberOrAdd(equalToAll)).isEqualTo(-1);
    }

    for (int i = 0; i < objects.size(); i++) {
      assertThat(numbers.numberOrAdd(objects.get(i))).isEqualTo(i);
    }
  }

  @Test
  void numberOrAdd_objectsThatKeepTheirNumber_numberedAnewByEachWriter() {
    List<Keeping> objects = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      objects.add(new Keeping());
    }
    ObjectNumbers before = new ObjectNumbers();
    objects.forEach(before::numberOrAdd);
    Collections.reverse(objects);

    ObjectNumbers numbers = new ObjectNumbers();
    for (Keeping object : objects) {
      assertThat(numbers.numberOrAdd(object)).isEqualTo(-1);
    }
    for (int i = 0; i < objects.size(); i++) {
      assertThat(numbers.numberOrAdd(objects.get(i))).isEqualTo(i);
    }
  }

  private static final class Keeping implements Copied {

    private int number;

    @Override
    public void copyTo(FieldSink out) {}

    @Override
    public int number() {
      return number;
    }

    @Override
    public boolean number(int given) {
      number = given;
      return true;
    }
  }
}
