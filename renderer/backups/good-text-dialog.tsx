import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { GoodText } from '../../shared/contract/repair.ts';
import { patchOf } from '../../shared/document/diff.ts';
import { sentenceOf } from '../../shared/faults/sentence.ts';
import { api, queries } from '../lib/client.ts';
import { faultOf } from '../lib/faults.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { toast } from '../ui/toasts.tsx';
import { useWorkspace } from '../workspace/workspace.ts';
import { whenOf } from './when.ts';
import ui from '../ui/ui.module.css';
import css from './repair.module.css';

const say = words.repair;

interface Props {
  readonly turnId: string;
  readonly onClose: () => void;
}

/** The newest good text of a damaged turn: where it is from, what it says, and the way to take it. */
export function GoodTextDialog({ turnId, onClose }: Props): ReactElement {
  const found = useQuery({
    ...queries.repair.look.queryOptions({ input: { turnId } }),
    retry: false,
    gcTime: 0,
  });
  const take = useMutation({
    mutationFn: async () => {
      await useWorkspace.getState().controller?.flush();
      return api.repair.take({ turnId });
    },
    onSuccess: (taken) => {
      if (taken === null) {
        void found.refetch();
        return;
      }
      onClose();
      toast(say.taken, {
        action: { label: words.common.undo, run: () => useWorkspace.getState().controller?.undo() },
      });
    },
    // It stands below the text.
    onError: () => undefined,
  });
  const fault = take.error ?? found.error;
  return (
    <Modal title={say.good} onClose={onClose} wide>
      <div className={css.good}>
        {found.data === undefined ? (
          <p className={ui.quiet} role="status">
            {found.isError ? '' : say.looking}
          </p>
        ) : found.data === null ? (
          <p role="status">{say.none}</p>
        ) : (
          <Preview good={found.data} />
        )}
        {fault === null ? null : (
          <p className={ui.fault} role="alert">
            {sentenceOf(faultOf(fault))}
          </p>
        )}
        <footer className={css.actions}>
          {found.data == null ? null : (
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              aria-disabled={take.isPending}
              onClick={() => (take.isPending ? undefined : take.mutate())}
            >
              {take.isPending ? say.taking : say.take}
            </button>
          )}
          <button type="button" className={ui.button} onClick={onClose}>
            {found.data == null ? words.common.close : words.common.cancel}
          </button>
        </footer>
      </div>
    </Modal>
  );
}

function Preview({ good }: { readonly good: GoodText }): ReactElement {
  const { text, had, source } = good;
  const patch = patchOf(had, text);
  const at = patch?.at ?? 0;
  return (
    <>
      <p role="status">
        {say.from(good, source.at === null ? null : whenOf(source.at))} <span className={ui.quiet}>{say.stays}</span>
      </p>
      <div className={css.sides}>
        <Side name={say.text} text={text} from={at} to={at + (patch?.ins.length ?? 0)} />
        <Side name={say.had} text={had} from={at} to={at + (patch?.del ?? 0)} />
      </div>
    </>
  );
}

interface SideProps {
  readonly name: string;
  readonly text: string;
  /** What is otherwise than on the other side. */
  readonly from: number;
  readonly to: number;
}

function Side({ name, text, from, to }: SideProps): ReactElement {
  return (
    <section className={css.side} aria-label={name}>
      <h3>{name}</h3>
      <div className={css.text} tabIndex={0}>
        {text === '' ? <span className={ui.quiet}>{say.empty}</span> : text.slice(0, from)}
        {from === to ? null : (
          <mark ref={(mark) => mark?.scrollIntoView({ block: 'center' })}>{text.slice(from, to)}</mark>
        )}
        {text.slice(to)}
      </div>
    </section>
  );
}
