import { Menu } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { ROLES } from '../../../shared/document/turn.ts';
import { words } from '../../locales/index.ts';
import type { TurnMenuTarget } from '../../manuscript/controller.ts';
import { Modal } from '../../ui/modal.tsx';
import { OtherWords } from './other-words.tsx';
import { useWorkspace } from './workspace.ts';

/** The menu behind a turn's label in the margin. */
export function TurnMenu(): ReactElement | null {
  const menu = useWorkspace((session) => session.menu);
  const controller = useWorkspace((session) => session.controller);
  const [naming, setNaming] = useState<TurnMenuTarget | null>(null);
  const [looking, setLooking] = useState<string | null>(null);
  const close = (): void => useWorkspace.setState({ menu: null });
  if (controller === null) return null;
  if (naming !== null)
    return (
      <SpeakerDialog
        target={naming}
        onDone={(speaker) => {
          setNaming(null);
          if (speaker !== undefined) controller.setSpeaker(naming.turnId, speaker);
          controller.focus();
        }}
      />
    );
  if (looking !== null)
    return (
      <OtherWords
        turnId={looking}
        onClose={() => {
          setLooking(null);
          controller.focus();
        }}
      />
    );
  if (menu === null) return null;
  const { target, anchor } = menu;
  const many = target.alternates !== null && target.alternates.count > 1;
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
          className="layer"
          anchor={{ getBoundingClientRect: () => anchor }}
          side="bottom"
          align="start"
          sideOffset={4}
        >
          <Menu.Popup className="menu" aria-label={words.writing.turnMenu} finalFocus={false}>
            <Menu.RadioGroup
              value={target.role}
              aria-label={words.writing.turnRole}
              onValueChange={(role: (typeof ROLES)[number]) => {
                controller.setRole(target.turnId, role);
                close();
                controller.focus();
              }}
            >
              {ROLES.map((role) => (
                <Menu.RadioItem key={role} value={role}>
                  {words.ledger.roles[role]}
                  <Menu.RadioItemIndicator className="check">
                    <Check size={14} aria-hidden />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <div className="line" />
            <Menu.Item onClick={() => setNaming(target)}>
              {words.writing.speaker}…<kbd>{target.speaker}</kbd>
            </Menu.Item>
            <Menu.Item onClick={() => controller.addNoteBefore(target.turnId)}>{words.writing.noteBefore}</Menu.Item>
            {target.role === 'model' ? (
              <Menu.Item onClick={() => setLooking(target.turnId)}>{words.writing.otherWords}…</Menu.Item>
            ) : null}
            {target.role === 'model' ? (
              <Menu.Item onClick={() => void controller.retry(target.turnId)}>{words.commands.retry}</Menu.Item>
            ) : null}
            {target.role === 'model' ? (
              <Menu.Item title={words.commands.againHint} onClick={() => void controller.again(target.turnId)}>
                {words.commands.again}
              </Menu.Item>
            ) : null}
            {many ? (
              <Menu.Item onClick={() => void controller.previousAlternate(target.turnId)}>
                {words.commands.previousAlternate}
              </Menu.Item>
            ) : null}
            {many ? (
              <Menu.Item onClick={() => void controller.nextAlternate(target.turnId)}>
                {words.commands.nextAlternate}
              </Menu.Item>
            ) : null}
            <div className="line" />
            <Menu.Item className="danger" onClick={() => controller.removeTurn(target.turnId)}>
              {words.writing.removeTurn}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
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
        className="speaker"
        onSubmit={(event) => {
          event.preventDefault();
          onDone(name.trim() === '' ? null : name.trim());
        }}
      >
        <input
          className="field"
          aria-label={words.writing.speaker}
          value={name}
          maxLength={200}
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
        <p className="quiet">{words.writing.speakerHint}</p>
        <footer>
          <button type="button" className="button" onClick={() => onDone(undefined)}>
            {words.common.cancel}
          </button>
          <button type="submit" className="button primary">
            {words.common.ok}
          </button>
        </footer>
      </form>
    </Modal>
  );
}
