import { Menu } from '@base-ui/react/menu';
import { Check, ChevronLeft, ChevronRight, ChevronUp, Square, type LucideIcon } from 'lucide-react';
import type { ReactElement, RefObject } from 'react';
import { MOST_ALTERNATES } from '../../../shared/contract/writing.ts';
import { words } from '../../locales/index.ts';
import { useSampling } from '../../settings/sampling.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import type { CommandId } from '../commands/registry.ts';
import { useCommand } from '../commands/use-command.ts';
import { Explained } from './explained.tsx';
import { remember, useNumber } from '../../workspace/remembered.ts';
import { useOpenChapter } from '../../workspace/workspace.ts';
import ui from '../../ui/ui.module.css';
import menu from '../../ui/menu.module.css';
import css from './action-bar.module.css';

const COUNTS = Array.from({ length: MOST_ALTERNATES }, (_, index) => index + 1);

function Arrow({ id, icon }: { readonly id: CommandId; readonly icon: LucideIcon }): ReactElement {
  const { name, keys, why, run } = useCommand(id);
  return (
    <Explained why={why}>
      {(describedBy) => (
        <IconButton icon={icon} label={name} keys={keys} disabledWhy={why} describedBy={describedBy} onClick={run} />
      )}
    </Explained>
  );
}

/** The way through the alternates of the reply that is shown, and how many of them are still being written. */
export function AlternatesNav(): ReactElement | null {
  const alternates = useOpenChapter((chapter) => chapter.alternates);
  const others = useOpenChapter((chapter) => chapter.others) ?? 0;
  const stopAll = useCommand('stopAll');
  const many = alternates !== null && alternates.count > 1;
  if (!many && others === 0) return null;
  return (
    <>
      <span className={css.sep} />
      {many ? (
        <span className={css.nav}>
          <Arrow id="previousAlternate" icon={ChevronLeft} />
          <span className="num" aria-live="polite">
            {words.writing.alternates(alternates.number, alternates.count)}
          </span>
          <Arrow id="nextAlternate" icon={ChevronRight} />
        </span>
      ) : null}
      {others === 0 ? null : (
        <span className={css.nav}>
          <span className={`${css.others} num`} role="status" aria-label={words.writing.alternatesBeside}>
            {words.writing.others(others)}
          </span>
          <IconButton icon={Square} label={stopAll.name} onClick={stopAll.run} size={13} />
        </span>
      )}
    </>
  );
}

/** How many alternates a Retry writes: chosen here, remembered, and done by Retry, which has the focus then. */
export function RetryCount({ returnTo }: { readonly returnTo: RefObject<HTMLButtonElement | null> }): ReactElement {
  const count = useNumber('retries', 1);
  const isCertain = useSampling().sampling?.temperature === 0;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className={`${ui.iconButton} ${css.more}`}
        aria-label={words.writing.retryCount}
        title={words.writing.retryCount}
      >
        <ChevronUp size={14} strokeWidth={1.7} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner data-layer side="top" align="end" sideOffset={8}>
          <Menu.Popup className={menu.menu} aria-label={words.writing.retryCount} finalFocus={returnTo}>
            <Menu.RadioGroup value={count} onValueChange={(chosen: number) => remember('retries', chosen)}>
              {COUNTS.map((one) => (
                <Menu.RadioItem key={one} value={one} closeOnClick>
                  {words.writing.alternatesPerRetry(one)}
                  <Menu.RadioItemIndicator className={menu.check}>
                    <Check size={14} aria-hidden />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            {isCertain ? <p className={ui.quiet}>{words.writing.sameAlternates}</p> : null}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
