// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

/** A token made by someone else: never renewed, never deleted. */
record StaticToken(String token) implements TokenProvider {

  @Override
  public void refused(String token) {
    // there is no other; the replay fails and says so
  }

  @Override
  public void refusedFresh(String token, MdsoException refusal) {
    // as above
  }

  @Override
  public void forgetRefusal() {
    // nothing to forget
  }

  @Override
  public void close() {
    // not ours to delete
  }

  @Override
  public String toString() {
    return "StaticToken";
  }
}
