/** What Node.js itself takes to start. */
