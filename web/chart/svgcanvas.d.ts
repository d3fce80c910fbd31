/** The part of svgcanvas that is used here; the package has no types of its own. */
declare module 'svgcanvas' {
  export class Context {
    constructor(width: number, height: number);
    getSvg(): SVGSVGElement;
  }
}
