import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_ENGINE_SETTINGS } from '../../../shared/settings/engine.ts';
import { DEFAULT_SAMPLING } from '../../../shared/settings/sampling.ts';
import { newId } from '../../../shared/document/ids.ts';
import { openStore } from '../../storage/core/open.ts';
import { createStory, removeStory } from '../../storage/repositories/stories.ts';
import { createSettings } from './settings.ts';

test.each(['{"theme', '"\\x"', '{"an":"object"}', '[]', ''])(
  'a setting that is damaged (%s) is as at the start until it is set again, and costs no other one',
  (damaged) => {
    const folder = mkdtempSync(join(tmpdir(), 'paphos-settings-'));
    const store = openStore(folder);
    onTestFinished(() => store.close());
    const settings = createSettings({ db: store.db, engine: { restAnew: () => undefined } }, () => DEFAULT_SAMPLING);
    settings.setInterface('theme', 'ink');
    settings.setInterface('retries', 3);
    createStory(store.db, { id: 'story', title: 'Set', chapterId: newId(), turnId: newId() });
    settings.setSampling('story', { ...DEFAULT_SAMPLING, temperature: 0.1 });
    settings.setEngine({ ...DEFAULT_ENGINE_SETTINGS, restMinutes: 7 });
    const rows = "key IN ('theme', 'sampling', 'engine')";
    store.db.sqlite.prepare(`UPDATE settings SET value = ? WHERE ${rows}`).run(damaged);

    expect(settings.interface()).toEqual({ retries: 3 });
    expect(settings.sampling('story')).toEqual(DEFAULT_SAMPLING);
    expect(settings.engine()).toEqual(DEFAULT_ENGINE_SETTINGS);
    // What stood there can still be looked at.
    expect(store.db.sqlite.prepare(`SELECT value FROM settings WHERE ${rows}`).pluck().all()).toEqual(
      Array(3).fill(damaged),
    );
    settings.setInterface('theme', 'sepia');
    expect(settings.interface()).toEqual({ retries: 3, theme: 'sepia' });
  },
);

test('what is set of a story that is not there, or was deleted, is refused, and nothing of it is kept', () => {
  const store = openStore(mkdtempSync(join(tmpdir(), 'paphos-settings-')));
  onTestFinished(() => store.close());
  const settings = createSettings({ db: store.db, engine: { restAnew: () => undefined } }, () => DEFAULT_SAMPLING);
  expect(() => settings.setSampling('gone', { ...DEFAULT_SAMPLING, temperature: 0.1 })).toThrow(
    expect.objectContaining({ fault: { code: 'NO_STORY', params: {} } }),
  );
  createStory(store.db, { id: 'deleted', title: 'Gone', chapterId: newId(), turnId: newId() });
  removeStory(store.db, 'deleted');
  expect(() => settings.setSampling('deleted', DEFAULT_SAMPLING)).toThrow(
    expect.objectContaining({ fault: { code: 'STORY_DELETED', params: {} } }),
  );
  expect(store.db.sqlite.prepare('SELECT count(*) FROM settings').pluck().get()).toBe(0);
});
