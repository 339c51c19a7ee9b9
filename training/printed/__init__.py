"""Windows of printed pages: PDF files with a text layer, of documentation and of layouts of our own."""
