import { useEffect, useId, useState, type PointerEvent, type ReactElement } from 'react';
import { toBase64 } from '../../shared/text/base64.ts';
import { words } from '../locales/index.ts';
import { Modal } from '../ui/modal.tsx';
import { toastFault } from '../ui/toasts.tsx';
import ui from '../ui/ui.module.css';
import css from './crop-dialog.module.css';

const say = words.characters.crop;

/** What is cut out, in pixels at most; a card is three wide and four high. */
const [WIDTH, HEIGHT] = [768, 1024];
const MOST_ZOOM = 4;

interface Part {
  readonly zoom: number;
  /** From one edge (0) to the other (1). */
  readonly across: number;
  readonly down: number;
}

/** The part of a picture that is shown, in its pixels. */
function sourceOf(picture: ImageBitmap, { zoom, across, down }: Part) {
  const scale = Math.min(picture.width / WIDTH, picture.height / HEIGHT) / zoom;
  const [width, height] = [WIDTH * scale, HEIGHT * scale];
  return { x: (picture.width - width) * across, y: (picture.height - height) * down, width, height };
}

function draw(canvas: OffscreenCanvas | HTMLCanvasElement, picture: ImageBitmap, part: Part): void {
  const context = canvas.getContext('2d');
  const { x, y, width, height } = sourceOf(picture, part);
  if (context === null) return;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
}

interface Props {
  readonly picture: ImageBitmap;
  readonly onClose: () => void;
  /** Base64 of a PNG. */
  readonly onUse: (picture: string) => void;
}

/** Cuts the picture of a character out of another one: by dragging, or with the sliders. */
export function CropDialog({ picture, onClose, onUse }: Props): ReactElement {
  const [part, setPart] = useState<Part>({ zoom: 1, across: 0.5, down: 0.2 });
  // The dialog puts it onto the page later than this component.
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);
  useEffect(() => {
    if (canvas !== null) draw(canvas, picture, part);
  }, [canvas, picture, part]);

  function drag(event: PointerEvent<HTMLCanvasElement>): void {
    if (event.buttons !== 1) return;
    const { clientWidth, clientHeight } = event.currentTarget;
    const { width, height } = sourceOf(picture, part);
    const moved = (by: number, shown: number, size: number, whole: number): number =>
      whole - size < 1 ? 0 : (by * size) / shown / (whole - size);
    setPart({
      ...part,
      across: within(part.across - moved(event.movementX, clientWidth, width, picture.width)),
      down: within(part.down - moved(event.movementY, clientHeight, height, picture.height)),
    });
  }

  async function use(): Promise<void> {
    const { width } = sourceOf(picture, part);
    const scale = Math.min(1, width / WIDTH);
    const cut = new OffscreenCanvas(Math.max(1, Math.round(WIDTH * scale)), Math.max(1, Math.round(HEIGHT * scale)));
    draw(cut, picture, part);
    const png = await cut.convertToBlob({ type: 'image/png' });
    onUse(toBase64(new Uint8Array(await png.arrayBuffer())));
    onClose();
  }

  return (
    <Modal title={say.title} onClose={onClose}>
      <div className={css.crop}>
        <canvas
          ref={setCanvas}
          width={WIDTH / 2}
          height={HEIGHT / 2}
          aria-hidden="true"
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={drag}
        />
        <p className={ui.quiet}>{say.hint}</p>
        <Slider
          label={say.zoom}
          value={(part.zoom - 1) / (MOST_ZOOM - 1)}
          onChange={(at) => setPart({ ...part, zoom: 1 + at * (MOST_ZOOM - 1) })}
        />
        <Slider label={say.across} value={part.across} onChange={(across) => setPart({ ...part, across })} />
        <Slider label={say.down} value={part.down} onChange={(down) => setPart({ ...part, down })} />
        <div className={css.choice}>
          <button type="button" className={ui.button} onClick={onClose}>
            {words.common.cancel}
          </button>
          <button type="button" className={`${ui.button} ${ui.primary}`} onClick={() => void use().catch(toastFault)}>
            {say.use}
          </button>
        </div>
      </div>
    </Modal>
  );
}

const within = (value: number): number => Math.min(1, Math.max(0, value));

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Slider({ label, value, onChange }: SliderProps): ReactElement {
  const id = useId();
  return (
    <div className={css.slider}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={value}
        style={{ '--share': `${String(Math.round(value * 100))}%` } as Record<string, string>}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </div>
  );
}
