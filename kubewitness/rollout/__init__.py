"""The transaction on a control plane: what to change is planned here, purely; the node-side script carries it out."""
