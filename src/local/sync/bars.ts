/** Bars on a terminal: one for the whole sync, and one for each stream that is being read. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress'
import { countText, durationText } from '../format.ts'
import type { Display } from './display.ts'
import type { Progress, StreamProgress } from './progress.ts'

const FRAME_MS = 100

export function barDisplay(screen: NodeJS.WritableStream, clean: (text: string) => string, now: () => number): Display {
  const started = now()
  let next = started
  const bars = new MultiBar(
    {
      stream: screen,
      format: '{bar} {name} {text}',
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      emptyOnZero: true,
      autopadding: true,
    },
    Presets.shades_classic,
  )
  const total = bars.create(1, 0, { name: 'all streams', text: '' })
  const shown = new Map<string, SingleBar>()

  const draw = (progress: Progress) => {
    const { read, acknowledged, done, streams } = progress
    total.setTotal(streams.length)
    const text = `${countText(read)} read, ${countText(acknowledged)} done with, ${done}/${streams.length} streams, ${durationText(now() - started)}`
    total.update(done, { name: 'all streams', text })
    for (const stream of streams) drawStream(bars, shown, stream)
  }

  return {
    update(progress) {
      if (now() < next) return
      next = now() + FRAME_MS
      draw(progress)
    },
    remark: ({ level, message }) => bars.log(clean(`${level}: ${message}\n`)),
    end(progress) {
      draw(progress)
      bars.stop()
    },
  }
}

function drawStream(
  bars: MultiBar,
  shown: Map<string, SingleBar>,
  { stream, status, read, expected }: StreamProgress,
): void {
  const bar = shown.get(stream)
  if (status !== 'running') {
    if (bar) bars.remove(bar)
    shown.delete(stream)
    return
  }
  const payload = { name: stream, text: `${countText(read)} read` }
  const length = Math.max(expected ?? 0, read, 1)
  if (!bar) shown.set(stream, bars.create(length, expected ? read : 0, payload))
  else {
    bar.setTotal(length)
    bar.update(expected ? read : 0, payload)
  }
}
