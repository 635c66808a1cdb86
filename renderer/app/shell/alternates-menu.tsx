import { Menu } from '@base-ui/react/menu';
import { Check, ChevronLeft, ChevronRight, ChevronUp, Square } from 'lucide-react';
import type { ReactElement } from 'react';
import { MOST_ALTERNATES } from '../../../shared/contract/writing.ts';
import { words } from '../../locales/index.ts';
import { useSampling } from '../../settings/sampling.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { useCommand } from '../commands/use-command.ts';
import { remember, useNumber } from '../../workspace/remembered.ts';
import { useOpenChapter, useWorkspace } from '../../workspace/workspace.ts';
import ui from '../../ui/ui.module.css';
import menu from '../../ui/menu.module.css';
import css from './action-bar.module.css';

const COUNTS = Array.from({ length: MOST_ALTERNATES }, (_, index) => index + 1);

/** The way through the answers beside the one that is shown, and what of them is still being written. */
export function AlternatesNav(): ReactElement | null {
  const alternates = useOpenChapter((chapter) => chapter.alternates);
  const others = useOpenChapter((chapter) => chapter.others) ?? 0;
  const previous = useCommand('previousAlternate');
  const next = useCommand('nextAlternate');
  const stopAll = useCommand('stopAll');
  const many = alternates !== null && alternates.count > 1;
  if (!many && others === 0) return null;
  return (
    <>
      <span className={css.sep} />
      {many ? (
        <>
          {others === 0 ? <span className={`${css.cost} ${css.last}`}>{words.writing.lastReply}</span> : null}
          <IconButton
            icon={ChevronLeft}
            label={previous.name}
            keys={previous.keys}
            disabledWhy={previous.why}
            onClick={previous.run}
          />
          <span className="num" aria-live="polite">
            {words.writing.alternates(alternates.number, alternates.count)}
          </span>
          <IconButton
            icon={ChevronRight}
            label={next.name}
            keys={next.keys}
            disabledWhy={next.why}
            onClick={next.run}
          />
        </>
      ) : null}
      {others === 0 ? null : (
        <>
          <span className={`${css.cost} num`} role="status" aria-label={words.writing.alternatesBeside}>
            {words.writing.others(others)}
          </span>
          <IconButton icon={Square} label={stopAll.name} onClick={stopAll.run} size={13} />
        </>
      )}
    </>
  );
}

/** How many answers a Retry writes: choosing asks for them at once, and is remembered. */
export function RetryCount(): ReactElement {
  const retry = useCommand('retry');
  const count = useNumber('retries', 1);
  const isCertain = useSampling().sampling?.temperature === 0;
  const choose = (chosen: number): void => {
    remember('retries', chosen);
    void useWorkspace.getState().controller?.retry(undefined, chosen);
  };
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className={`${ui.iconButton} ${css.more}`}
        aria-label={words.writing.retryCount}
        title={words.writing.retryCount}
        disabled={retry.why !== null}
      >
        <ChevronUp size={14} strokeWidth={1.7} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner data-layer side="top" align="end" sideOffset={8}>
          <Menu.Popup className={menu.menu} aria-label={words.writing.retryCount} finalFocus={false}>
            <Menu.RadioGroup value={count} onValueChange={choose}>
              {COUNTS.map((one) => (
                <Menu.RadioItem
                  key={one}
                  value={one}
                  closeOnClick
                  onClick={() => {
                    if (one === count) choose(one);
                  }}
                >
                  {words.writing.answers(one)}
                  <Menu.RadioItemIndicator className={menu.check}>
                    <Check size={14} aria-hidden />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            {isCertain ? <p className={ui.quiet}>{words.writing.sameAnswers}</p> : null}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
