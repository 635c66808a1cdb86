import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { queries } from '../lib/client.ts';
import { words } from '../locales/index.ts';
import ui from '../ui/ui.module.css';
import css from './jobs.module.css';

const SHOWN = 100;
const COPIED_MS = 2000;

/** The newest lines of the studio's log, for whoever looks for a cause. */
export function LogLines(): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={css.log} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.jobs.log}</summary>
      {isOpen ? <Lines /> : null}
    </details>
  );
}

function Lines(): ReactElement {
  const lines = useQuery({ ...queries.log.tail.queryOptions(), staleTime: 0, refetchInterval: 2000 }).data ?? [];
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const text = lines.slice(-SHOWN).join('\n');
  const pre = useRef<HTMLPreElement>(null);
  // Whoever scrolled up to read stays there; otherwise the newest line is in view.
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current) pre.current?.scrollTo(0, pre.current.scrollHeight);
  }, [text]);
  return (
    <>
      <p className={ui.quiet}>{words.jobs.logHint}</p>
      <pre
        tabIndex={0}
        aria-label={words.jobs.log}
        ref={pre}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 4;
        }}
      >
        {text}
      </pre>
      <button
        type="button"
        className={css.action}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
      >
        {isCopied ? words.jobs.copied : words.jobs.copy}
      </button>
    </>
  );
}
