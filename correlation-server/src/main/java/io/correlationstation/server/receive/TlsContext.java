// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes a TLS context from PEM files; whatever is wrong with them is said with the file's name. */
final class TlsContext {

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final char[] NO_PASSWORD = {};

  private TlsContext() {}

  /**
   * @throws IOException when a file is missing or holds something else; for the person who set it
   */
  static SSLContext create(TlsFiles files) throws IOException {
    try {
      KeyStore own = emptyStore();
      own.setKeyEntry("own", key(files.key()), NO_PASSWORD, chain(files.certificate()));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust(files.clientCa()), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw unusable(e);
    }
  }

  static IOException unusable(Exception cause) {
    String what =
        cause instanceof NoSuchFileException ? "no file " + cause.getMessage() : cause.getMessage();
    return new IOException("TLS (set --tls-cert, --tls-key, --tls-client-ca): " + what, cause);
  }

  private static TrustManager @Nullable [] trust(@Nullable Path ca)
      throws GeneralSecurityException, IOException {
    if (ca == null) {
      return null;
    }
    KeyStore trusted = emptyStore();
    int i = 0;
    for (Certificate each : chain(ca)) {
      trusted.setCertificateEntry("ca" + i++, each);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory.getTrustManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Certificate[] chain(Path file) throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> chain =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (chain.isEmpty()) {
        throw new IOException(file + " holds no certificate");
      }
      return chain.toArray(Certificate[]::new);
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException(file + ": " + e.getMessage(), e);
    }
  }

  private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
    Matcher matcher = KEY.matcher(Files.readString(file, US_ASCII));
    if (!matcher.find()) {
      throw new IOException(file + " holds no PKCS #8 private key (BEGIN PRIVATE KEY)");
    }
    PKCS8EncodedKeySpec spec =
        new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1)));
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        continue; // of another kind
      }
    }
    throw new GeneralSecurityException(file + " holds a key that is neither RSA nor EC");
  }
}
