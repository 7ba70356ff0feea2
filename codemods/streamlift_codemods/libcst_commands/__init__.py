"""The phases as commands of LibCST, a file each: what `modules` of `.libcst.codemod.yaml` names."""
