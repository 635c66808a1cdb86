import { transaction, type ReadableDB, type WritableDB } from '../core/handle.ts';
import { all, first, query, run, tables } from '../core/query.ts';

const oneSetting = query((p: { scope: string; key: string }) =>
  tables.selectFrom('settings').select('value').where('scope', '=', p.scope).where('key', '=', p.key),
);
const scopeSettings = query((p: { scope: string }) =>
  tables.selectFrom('settings').select(['key', 'value']).where('scope', '=', p.scope).orderBy('key'),
);
const putSetting = query((p: { scope: string; key: string; value: string }) =>
  tables
    .insertInto('settings')
    .values({ scope: p.scope, key: p.key, value: p.value })
    .onConflict((e) => e.columns(['scope', 'key']).doUpdateSet({ value: p.value })),
);
const dropSetting = query((p: { scope: string; key: string }) =>
  tables.deleteFrom('settings').where('scope', '=', p.scope).where('key', '=', p.key),
);

/** A damaged one is as if it had never been set, until it is set again; the check names it (`CHECK_SETTING`). */
function valueOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/**
 * Settings are JSON values under a scope: `interface`, `studio`, `speed`, `story:<id>`, `model:<id>`. Whoever reads one
 * checks its shape.
 */
export function readSetting(db: ReadableDB, scope: string, key: string): unknown {
  const row = first(db, oneSetting, { scope, key });
  return row ? valueOf(row.value) : null;
}

export function readScope(db: ReadableDB, scope: string): Record<string, unknown> {
  return Object.fromEntries(
    all(db, scopeSettings, { scope })
      .map(({ key, value }) => [key, valueOf(value)] as const)
      .filter(([, value]) => value !== null),
  );
}

/** Null removes the setting. */
export function writeSetting(db: WritableDB, scope: string, key: string, value: unknown): void {
  transaction(db, () =>
    value === null
      ? run(db, dropSetting, { scope, key })
      : run(db, putSetting, { scope, key, value: JSON.stringify(value) }),
  );
}
