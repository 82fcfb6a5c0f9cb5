/** Cutting a picture to what a profile shows, before it leaves the browser. */

/** Pixels of the picture as it is. */
export interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Width and height of what is sent, in px: no more than the photo has, no more than is ever shown. */
export function sideOf(part: Part, most = 512): number {
  return Math.max(1, Math.min(most, Math.round(Math.min(part.width, part.height))));
}

/** The part as a square JPEG. Rejects for a file that is no picture. */
export async function cut(file: Blob, part: Part): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const side = sideOf(part);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  // Where the photo is transparent.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, part.x, part.y, part.width, part.height, 0, 0, side, side);
  picture.close();
  return new Promise((resolve, reject) => {
    const done = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error("no picture")));
    canvas.toBlob(done, "image/jpeg", 0.9);
  });
}
