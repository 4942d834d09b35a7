import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/theme.css";
import "./app/reduced-motion.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Providers } from "./app/providers.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no root element.");
createRoot(root).render(
  <StrictMode>
    <Providers />
  </StrictMode>,
);
