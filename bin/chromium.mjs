import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { say } from './bootstrap.mjs';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const find = () => [process.env.PAPHOS_CHROMIUM, ...places].find((path) => path && existsSync(path));

/** A Chromium for the browser tests, named in PAPHOS_CHROMIUM from then on. */
export function ensureChromium() {
  if (!find() && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    say('Installing Chromium for the browser tests …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 2, 2], env }).status === 0;
    const install = () => apt('install', '-y', '--no-install-recommends', 'chromium');
    if (!install() && apt('update')) install();
  }
  const found = find();
  if (found) process.env.PAPHOS_CHROMIUM = found;
  else
    say(
      'The browser tests need Chromium or Chrome and found neither. Install one (on Debian: apt-get install chromium), or name its program in PAPHOS_CHROMIUM.',
    );
  return Boolean(found);
}
