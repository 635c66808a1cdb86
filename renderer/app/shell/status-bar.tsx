import type { ReactElement } from 'react';
import { sentenceOf } from '../../../shared/faults/sentence.ts';
import type { EngineStatus } from '../../../shared/contract/models.ts';
import { ActivityEntry } from '../../jobs/activity-entry.tsx';
import { usePlan } from '../../ledger/plan.ts';
import { sendsText } from '../../ledger/bars.ts';
import { useEngine } from '../../models/engine-status.ts';
import { clockOf, tokensPerSecond } from '../../lib/numbers.ts';
import { words } from '../../locales/index.ts';
import { useOpenChapter } from '../../workspace/workspace.ts';
import { api, isAway, useConnection } from '../../lib/client.ts';
import { toastFault } from '../../ui/toasts.tsx';
import { useSaving } from './use-saving.ts';
import ui from '../../ui/ui.module.css';
import css from './status-bar.module.css';

export function StatusBar(): ReactElement {
  const count = useOpenChapter((chapter) => chapter.words);
  const saving = useSaving();
  return (
    <footer className={css.status}>
      <EngineLine />
      <ActivityEntry />
      <ContextMeter />
      <span className={`${css.push} num ${css.words}`}>{count === null ? null : words.common.words(count)}</span>
      <span
        role="status"
        aria-label={words.shell.saved}
        className={css.save}
        data-save={saving?.state}
        title={saving === null ? undefined : (saving.fault?.detail ?? words.shell.saveHints[saving.state])}
      >
        {saving === null
          ? null
          : saving.asOf === null
            ? words.shell.save[saving.state]
            : words.shell.asOf(clockOf(saving.asOf))}
      </span>
    </footer>
  );
}

function doing(engine: EngineStatus): string {
  if (!engine.answers) return words.shell.notAnswering;
  if (engine.state === 'loading') return words.models.loading(engine.progress);
  const running = engine.state === 'ready' || engine.state === 'generating';
  const speed = tokensPerSecond(engine.tokensPerSecond);
  return running && speed !== null ? words.shell.tokensPerSecond(speed) : words.shell.engineStates[engine.state];
}

function EngineLine(): ReactElement {
  const engine = useEngine();
  const away = useConnection(isAway);
  const name = [engine.modelName, engine.device].filter((part) => part !== null).join(' · ');
  return (
    <span
      role="status"
      aria-label={words.shell.engine}
      className={css.engine}
      title={away || engine.fault === null ? undefined : sentenceOf(engine.fault)}
    >
      <i className={css.dot} data-state={away ? 'away' : engine.answers ? engine.state : 'silent'} aria-hidden="true" />
      {name === '' ? null : <span className={css.engineName}>{name}</span>}
      <span className="num">{away ? words.shell.notConnected : doing(engine)}</span>
      {away || engine.answers ? null : (
        <button
          type="button"
          className={`${ui.link} ${css.giveUp}`}
          title={words.shell.giveUpHint}
          onClick={() => void api.models.giveUp().catch(toastFault)}
        >
          {words.shell.giveUp}
        </button>
      )}
    </span>
  );
}

function ContextMeter(): ReactElement | null {
  const { ledger } = usePlan();
  if (ledger === null || !sendsText(ledger)) return null;
  return (
    <span className={`${css.contextUsed} num`} title={words.shell.contextUsed}>
      <span className="hidden">{words.shell.contextUsed}: </span>
      {words.ledger.ofContext(ledger.total, ledger.contextSize)}
      <span className={css.meter} aria-hidden="true">
        <i style={{ width: `${String(Math.min(100, (100 * ledger.total) / ledger.contextSize))}%` }} />
      </span>
    </span>
  );
}
