// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/** The real extension with methods in it that do nothing but throw. */
final class FaultyExtension {

  private static final String PACKAGE = "io/correlationstation/agent/";

  private FaultyExtension() {}

  /**
   * Writes a copy of the extension.
   *
   * @param faults such as {@code carry/Egress.prepare}
   */
  static void write(Path target, String... faults) throws IOException {
    Set<String> open = new HashSet<>(Set.of(faults));
    try (JarFile jar = new JarFile(ChildJvm.extension().toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(target))) {
      for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        out.putNextEntry(new JarEntry(entry.getName()));
        try (InputStream in = jar.getInputStream(entry)) {
          byte[] bytes = in.readAllBytes();
          out.write(entry.getName().endsWith(".class") ? withFaults(bytes, open) : bytes);
        }
        out.closeEntry();
      }
    }
    if (!open.isEmpty()) {
      throw new IllegalArgumentException("no such methods: " + open);
    }
  }

  private static byte[] withFaults(byte[] type, Set<String> open) {
    ClassReader reader = new ClassReader(type);
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    String name = reader.getClassName().replace(PACKAGE, "");
    Set<String> all = Set.copyOf(open);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String method, String descriptor, String signature, String[] throwing) {
            MethodVisitor original =
                super.visitMethod(access, method, descriptor, signature, throwing);
            if (!all.contains(name + "." + method)) {
              return original;
            }
            open.remove(name + "." + method);
            writeThrow(original);
            return null;
          }
        },
        0);
    return writer.toByteArray();
  }

  private static void writeThrow(MethodVisitor method) {
    method.visitCode();
    method.visitTypeInsn(Opcodes.NEW, "java/lang/IllegalStateException");
    method.visitInsn(Opcodes.DUP);
    method.visitLdcInsn("injected");
    method.visitMethodInsn(
        Opcodes.INVOKESPECIAL,
        "java/lang/IllegalStateException",
        "<init>",
        "(Ljava/lang/String;)V",
        false);
    method.visitInsn(Opcodes.ATHROW);
    method.visitMaxs(0, 0);
    method.visitEnd();
  }
}
