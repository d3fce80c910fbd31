import { useEffect, useRef } from 'preact/hooks';
import { toPixels } from '../series/pixels.ts';

interface SampleImageProps {
  /** [height, width, channels] */
  shape: number[];
  /** In base64, as the API gives them. */
  pixels: string;
  /** For those who do not see it. */
  alt: string;
}

export function SampleImage({ shape: [height, width, channels], pixels, alt }: SampleImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const rgba = toPixels(pixels, channels!);
    canvas.current!.getContext('2d')!.putImageData(new ImageData(rgba, width!, height!), 0, 0);
  }, [pixels, width, height, channels]);
  return <canvas ref={canvas} class="sample" width={width} height={height} role="img" aria-label={alt} title={alt} />;
}
