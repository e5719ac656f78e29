// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint: applies the colours that were chosen, so that nothing flashes.
(function () {
  try {
    var chosen = localStorage.getItem('theme');
    if (chosen === 'light' || chosen === 'dark') {
      document.documentElement.dataset.theme = chosen;
    }
  } catch (denied) {
    // Without storage the colours follow the system.
  }
})();
