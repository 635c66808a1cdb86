import { Menu } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { ROLES } from '../../../shared/document/turn.ts';
import { words } from '../../locales/index.ts';
import type { TurnMenuTarget } from '../../chapter/controller.ts';
import { Modal } from '../../ui/modal.tsx';
import { CommandItems } from '../commands/command-items.tsx';
import { OtherWords } from './other-words.tsx';
import { useWorkspace } from '../../workspace/workspace.ts';
import ui from '../../ui/ui.module.css';
import menu from '../../ui/menu.module.css';
import css from './turn-menu.module.css';

/** The menu behind a turn's label in the margin. */
export function TurnMenu(): ReactElement | null {
  const opened = useWorkspace((workspace) => workspace.menu);
  const controller = useWorkspace((workspace) => workspace.controller);
  const reads = useWorkspace((workspace) => workspace.writer) === false;
  const close = (): void => useWorkspace.setState({ menu: null });
  if (controller === null || opened === null) return null;
  const { target, anchor } = opened;
  return (
    <Menu.Root
      open
      modal={false}
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Menu.Portal>
        <Menu.Positioner
          data-layer
          anchor={{ getBoundingClientRect: () => anchor }}
          side="bottom"
          align="start"
          sideOffset={4}
        >
          <Menu.Popup className={menu.menu} aria-label={words.writing.turnMenu} finalFocus={false}>
            <Menu.RadioGroup
              value={target.role}
              aria-label={words.writing.turnRole}
              disabled={reads}
              onValueChange={(role: (typeof ROLES)[number]) => {
                controller.setRole(target.turnId, role);
                close();
                controller.focus();
              }}
            >
              {ROLES.map((role) => (
                <Menu.RadioItem key={role} value={role}>
                  {words.ledger.roles[role]}
                  <Menu.RadioItemIndicator className={menu.check}>
                    <Check size={14} aria-hidden />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <div className={menu.line} />
            <CommandItems place="turn menu" target={{ turn: target }} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** What a turn's menu asks or shows in a dialog. */
export function TurnDialog(): ReactElement | null {
  const shown = useWorkspace((workspace) => workspace.turnDialog);
  const controller = useWorkspace((workspace) => workspace.controller);
  if (controller === null || shown === null) return null;
  const close = (): void => {
    useWorkspace.setState({ turnDialog: null });
    controller.focus();
  };
  const { name, turn } = shown;
  if (name === 'other words') return <OtherWords turnId={turn.turnId} onClose={close} />;
  return (
    <SpeakerDialog
      target={turn}
      onDone={(speaker) => {
        if (speaker !== undefined) controller.setSpeaker(turn.turnId, speaker);
        close();
      }}
    />
  );
}

interface SpeakerProps {
  readonly target: TurnMenuTarget;
  readonly onDone: (speaker: string | null | undefined) => void;
}

function SpeakerDialog({ target, onDone }: SpeakerProps): ReactElement {
  const [name, setName] = useState(target.speaker ?? '');
  return (
    <Modal title={words.writing.speaker} onClose={() => onDone(undefined)}>
      <form
        className={css.speaker}
        onSubmit={(event) => {
          event.preventDefault();
          onDone(name.trim() === '' ? null : name.trim());
        }}
      >
        <input
          className={ui.field}
          aria-label={words.writing.speaker}
          value={name}
          maxLength={200}
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
        <p className={ui.quiet}>{words.writing.speakerHint}</p>
        <footer>
          <button type="button" className={ui.button} onClick={() => onDone(undefined)}>
            {words.common.cancel}
          </button>
          <button type="submit" className={`${ui.button} ${ui.primary}`}>
            {words.common.ok}
          </button>
        </footer>
      </form>
    </Modal>
  );
}
