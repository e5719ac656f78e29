// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.library;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a call of the library costs in a service without telemetry. {@code absent}: the library is
 * loaded where the SDK's classes cannot be seen; {@code unset}: they can, and nobody has set one
 * up. Expected: at most 5 ns more than {@code nothing}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NoOpBenchmark {

  @Param({"nothing", "operation", "proxy", "counter", "event", "current", "step"})
  public String call = "nothing";

  @Param({"absent", "unset"})
  public String sdk = "absent";

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private IntSupplier work = () -> 0;

  @Setup
  public void load() throws ReflectiveOperationException, IOException {
    ClassLoader loader = new Anew(sdk.equals("absent") ? "io.opentelemetry.sdk." : "none");
    Thread.currentThread().setContextClassLoader(loader);
    Class<?> calls = loader.loadClass(NoOpCalls.class.getName());
    work = (IntSupplier) calls.getMethod("of", String.class).invoke(null, call);
  }

  @TearDown
  public void unload() {
    Thread.currentThread().setContextClassLoader(before);
  }

  @Benchmark
  public int call() {
    return work.getAsInt();
  }

  /** Loads what the benchmark is made of anew, but for what is hidden. */
  private static final class Anew extends URLClassLoader {

    private final String hidden;

    /**
     * @param hidden what the names of classes begin with that are not found
     */
    Anew(String hidden) throws IOException {
      super(classPath(), ClassLoader.getPlatformClassLoader());
      this.hidden = hidden;
    }

    private static URL[] classPath() throws IOException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        urls.add(Path.of(entry).toUri().toURL());
      }
      return urls.toArray(new URL[0]);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith(hidden)) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }
}
