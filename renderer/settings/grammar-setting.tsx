import { useId, type ReactElement } from 'react';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { grammarFault } from '../../shared/settings/grammar-limits.ts';
import { LONGEST_GRAMMAR, type Sampling } from '../../shared/settings/sampling.ts';
import { words } from '../locales/index.ts';
import type { SettingProps } from './number-setting.tsx';
import ui from '../ui/ui.module.css';
import css from './settings.module.css';

const KINDS = ['none', 'gbnf', 'json'] as const;

export function GrammarSetting({ sampling, change }: SettingProps): ReactElement {
  const id = useId();
  const wrong = whatIsWrong(sampling);
  return (
    <div className={css.lines}>
      <fieldset className={css.kinds}>
        <legend className="hidden">{words.sampling.grammar}</legend>
        {KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name={id}
              checked={sampling.grammarKind === kind}
              onChange={() => change({ ...sampling, grammarKind: kind })}
            />
            {words.sampling.grammarKinds[kind]}
          </label>
        ))}
      </fieldset>
      {sampling.grammarKind === 'none' ? null : (
        <textarea
          className={`${ui.field} ${ui.code}`}
          rows={8}
          maxLength={LONGEST_GRAMMAR}
          spellCheck={false}
          aria-label={words.sampling.grammarKinds[sampling.grammarKind]}
          value={sampling.grammar}
          aria-invalid={wrong !== null || undefined}
          onChange={(event) => change({ ...sampling, grammar: event.target.value })}
        />
      )}
      <p className={wrong === null ? ui.quiet : ui.fault}>
        {wrong ?? words.sampling.grammarHints[sampling.grammarKind]}
      </p>
    </div>
  );
}

/** What can be seen without the engine, which reads it in earnest. */
function whatIsWrong(sampling: Sampling): string | null {
  const { grammarKind, grammar } = sampling;
  if (grammarKind === 'none') return null;
  if (grammarKind === 'gbnf' && !/^\s*root\s*::=/m.test(grammar)) return words.sampling.noRoot;
  if (grammarKind === 'json') {
    try {
      const schema: unknown = JSON.parse(grammar);
      if (typeof schema !== 'object' || schema === null) return words.sampling.noSchema;
    } catch (error) {
      return words.sampling.noJson(error instanceof Error ? error.message : '');
    }
  }
  const fault = grammarFault(sampling);
  return fault === null ? null : sentenceOf(fault);
}
