import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const chromium = [
  process.env['PAPHOS_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
].find((path) => path && existsSync(path));

export default defineConfig({
  testDir: 'tests',
  outputDir: 'out/playwright',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 180_000,
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    // As root, Chromium refuses to start inside its own sandbox.
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
  projects: [
    { name: 'browser', testMatch: 'browser/**/*.{spec,test}.ts' },
    { name: 'electron', testMatch: 'electron/**/*.{spec,test}.ts' },
  ],
});
