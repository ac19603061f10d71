export * from "./audit";
export * from "./dialogue";
export * from "./identity";
export * from "./model";
export * from "./policy";
export * from "./project";
export * from "./round";
export * from "./work";
