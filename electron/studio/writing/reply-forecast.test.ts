import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../storage/core/open.ts';
import type { Ready } from '../models/loaded-engine.ts';
import { createForecasts } from './reply-forecast.ts';

const ready = { modelId: 'm', device: 'CPU', contextSize: 2048 } as Ready;
const ledger = { toRead: 100, total: 100 } as Parameters<ReturnType<typeof createForecasts>['of']>[1];
const stats = { promptTokens: 100, reusedTokens: 0, tokens: 50, firstTokenMs: 200, tokensPerSecond: 20, seed: 1 };

test('what a reply took is the forecast of the next one; a store that tells nothing ends no reply', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paphos-forecast-'));
  const { db, close } = openStore(folder);
  const forecasts = createForecasts(db);
  expect(forecasts.of(ready, ledger)).toBeNull();
  forecasts.learn(ready, stats);
  const forecast = forecasts.of(ready, ledger);
  expect(forecast?.tokensPerSecond).toBe(20);
  expect(forecast?.readMs).toBeCloseTo(200, -1);
  db.sqlite.exec('DROP TABLE settings');
  forecasts.learn(ready, stats);
  close();
  rmSync(folder, { recursive: true });
});
