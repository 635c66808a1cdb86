// Every gate and suite, one after the other (two cores, and some of them measure time). PAPHOS_SUITES=gates,unit
// chooses.
import { existsSync, readdirSync } from 'node:fs';
import { say } from './bootstrap.mjs';
import { ensureChromium } from './chromium.mjs';
import { electronBinary, hasDisplay } from './desktop.mjs';
import { gates } from './gates.mjs';
import { chooseSeed, playwright, vitest } from './runners.mjs';

const suites = {
  gates: () => total(gates.map((gate) => runGate(gate))),
  unit: () => vitest('unit'),
  desktop: () => vitest('desktop'),
  integration: () => vitest('integration'),
  model: () => vitest('model'),
  gpu: () => {
    if (softwareGraphics()) return vitest('gpu');
    say(
      'SKIPPED: the tests of graphics cards, because there is no software Vulkan (apt-get install mesa-vulkan-drivers libvulkan1).',
    );
    return { passed: 0, failed: 0, skipped: 1 };
  },
  browser: () => (ensureChromium() ? playwright('browser') : { passed: 0, failed: 1, skipped: 0 }),
  electron: () => {
    if (electronBinary() && hasDisplay()) return playwright('electron', { PAPHOS_ELECTRON: electronBinary() });
    say(
      `SKIPPED: the smoke test of the desktop window, because there is no ${electronBinary() ? 'display' : 'Electron binary (npx install-electron fetches it)'}.`,
    );
    return { passed: 0, failed: 0, skipped: 1 };
  },
};

const chosen = (process.env.PAPHOS_SUITES ?? Object.keys(suites).join(',')).split(',').filter(Boolean);
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0) {
  say(`There is no suite ${unknown.join(', ')}. The suites are ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

chooseSeed();

const results = chosen.map((name) => {
  console.log(`\n── ${name}`);
  const result = suites[name]();
  console.log(`── ${name}: ${words(result)}`);
  return result;
});
const sum = total(results);
console.log(`\n${words(sum)}`);
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0);

/** Lavapipe computes Vulkan on the processor, so that the way through a graphics card can be tested anywhere. */
function softwareGraphics() {
  const folder = '/usr/share/vulkan/icd.d';
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('lvp_'));
}

function words({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function total(list) {
  return list.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

function runGate({ name, check }) {
  const started = performance.now();
  const complaint = check();
  console.log(
    `${complaint === null ? '✓' : '✗'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)${complaint === null ? '' : `\n${complaint}`}`,
  );
  return { passed: complaint === null ? 1 : 0, failed: complaint === null ? 0 : 1, skipped: 0 };
}
