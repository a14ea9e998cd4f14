// @ts-check
// Images. Images that the host does not allow are shown by their description.

import { html } from "../html.js";

/**
 * @param {{image: any, host: any, kind: "block" | "accessory" | "context"}} props
 */
export function Picture({ image, host, kind }) {
  const source = image.image_url ? host.image?.(image.image_url) : null;
  const name = `bk-picture is-${kind}`;
  if (source)
    return html`<img class=${name} src=${source} alt=${image.alt_text ?? ""} loading="lazy" />`;
  const title = `${image.alt_text} (not loaded here: ${image.image_url ?? "a file in Slack"})`;
  return html`<span class=${`${name} is-missing`} role="img" title=${title}
    aria-label=${image.alt_text}>
    <span aria-hidden="true">${kind === "context" ? "🖼" : image.alt_text || "Image"}</span>
  </span>`;
}
