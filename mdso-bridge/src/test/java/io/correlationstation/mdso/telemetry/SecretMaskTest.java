// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretMaskTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"user\":\"a\",\"password\":\"hunter2\",\"port\":22} |"
            + " {\"user\":\"a\",\"password\":\"******\",\"port\":22}",
        "{\"password\": \"hun\\\"ter2\", \"x\": 1} | {\"password\": \"******\", \"x\": 1}",
        "{'user': 'a', 'passwd': 'hunter2', 'x': 1} | {'user': 'a', 'passwd': '******', 'x': 1}",
        "{\\\"password\\\": \\\"hunter2\\\", \\\"x\\\": 1} | {\\\"password\\\": \\\"******\\\","
            + " \\\"x\\\": 1}",
        "{\\\\\\\"secret\\\\\\\":\\\\\\\"hunter2\\\\\\\",\\\\\\\"x\\\\\\\":1} |"
            + " {\\\\\\\"secret\\\\\\\":\\\\\\\"******\\\\\\\",\\\\\\\"x\\\\\\\":1}",
        "login user=a password=hunter2 host=b | login user=a password=****** host=b",
        "db_password = hunter2; next | db_password = ******; next",
        "api_key: hunter2, next | api_key: ******, next",
        "apiKey=hunter2&x=1 | apiKey=******&x=1",
        "<password>hunter2</password><x>1</x> | <password>******</password><x>1</x>",
        "<ns:api-key type=\"a\">hunter2</ns:api-key> | <ns:api-key type=\"a\">******</ns:api-key>",
        "Authorization: Bearer hunter2 | Authorization: ******",
        "X-Auth-Token: hunter2 | X-Auth-Token: ******",
        "curl -H 'Authorization: Basic aHVudGVyMg==' https://mdso.example.com/a | curl -H"
            + " 'Authorization: ******' https://mdso.example.com/a",
        "GET https://user:hunter2@mdso.example.com/a 200 | GET https://******@mdso.example.com/a"
            + " 200",
        "GET https://mdso.example.com/a?x=hunter2&y=1 200 | GET https://mdso.example.com/a?******"
            + " 200",
        "set system root-authentication encrypted-password \"hunter2\"; | set system"
            + " root-authentication encrypted-password \"******\";",
        "encrypted-password hunter2 next | encrypted-password ****** next",
        "enable secret 5 $1$hunter2 next | enable secret 5 ****** next",
        "username a password 7 hunter2 | username a password 7 ******",
        "snmp-server community hunter2 RO | snmp-server community ****** RO",
        "set key $9$hunter2 next | set key ****** next",
        "{\"password\": 12345, \"x\": 1} | {\"password\": \"******\", \"x\": 1}",
        "{\"tokens\": [\"hunter2\", \"hunter3\"], \"x\": 1} | {\"tokens\": \"******\", \"x\": 1}",
        "passphrase='hunter2' x | passphrase='******' x",
        "private_key=hunter2 x | private_key=****** x"
      })
  void mask_secret_leavesWhatIsAround(String text, String expected) {
    assertThat(SecretMask.mask(text)).isEqualTo(expected).doesNotContain("hunter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password incorrect for EXPLTXAA01W",
        "STARTED PROCESSING",
        "unable to connect to device EXPLTXAA01W",
        "token expired",
        "GET https://mdso.example.com/bpocore/market/api/v1/resources 200",
        "circuit_id=80.L1XX.000001..TEST resource_id=550e8400-e29b-41d4-a716-446655440000"
      })
  void mask_noSecret_isUnchanged(String text) {
    assertThat(SecretMask.mask(text)).isEqualTo(text);
  }

  @Test
  void mask_pemKey_losesItsBody() {
    String text = "key -----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY----- end";

    assertThat(SecretMask.mask(text)).startsWith("key ").endsWith(" end").doesNotContain("hunter2");
  }

  @Test
  void mask_unclosedValue_goesToTheEnd() {
    assertThat(SecretMask.mask("{\"password\": \"hunter2 and more"))
        .isEqualTo("{\"password\": \"******");
  }

  @Test
  void mask_twice_isTheSame() {
    String once = SecretMask.mask("{\"password\": 1, 'secret': 'x'} a=https://u:p@h/?q token=abc");

    assertThat(SecretMask.mask(once)).isEqualTo(once);
  }

  @Test
  void mask_json_staysJson() throws Exception {
    String masked =
        SecretMask.mask("{\"a\":{\"token\":1.5,\"community\":null},\"password\":{\"b\":1}}");

    assertThat(new ObjectMapper().readTree(masked).path("password").asText()).isEqualTo("******");
  }
}
