"""The page of a small failure, byte for byte but for its style and script; with `--write` the golden file is made
anew, to be looked at before it is committed. The last line is `N passed, N failed, N skipped`."""

import os
import re
import shutil
import sys
import tempfile

import drawing

GOLDEN = os.path.join(drawing.SOURCES, "tests/golden/picture.html")


def settled(page, folder):
    """Without what stands in files of its own, and without this machine's paths."""
    page = re.sub(r"<style>.*?</style>", "<style></style>", page, flags=re.S)
    page = re.sub(r"<script>\n.*?</script>", "<script></script>", page, flags=re.S)
    return page.replace(drawing.PROGRAM, "faultline").replace(folder, "out")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def drawn(folder, *more):
    _, path = drawing.draw("picture", folder)
    replay = path.replace(".html", ".replay")
    for arguments in more:
        said = drawing.run(*arguments, replay)
        assert said.returncode == 1, said.stdout + said.stderr
    return settled(read(path), folder)


def is_the_golden_file(folder):
    page = drawn(folder)
    golden = read(GOLDEN)
    for number, (want, got) in enumerate(zip(golden.splitlines(), page.splitlines()), 1):
        assert want == got, f"line {number}:\n- {want}\n+ {got}"
    assert golden == page


def is_the_same_again(folder):
    assert drawn(folder) == drawn(folder)


def is_drawn_by_a_replay_too(folder):
    drawing.draw("picture", folder)
    said = drawing.run("replay", "--picture", os.path.join(folder, "tests-golden-picture.replay"))
    path = re.search(r"^      picture   (\S+)$", said.stdout, re.M)
    assert path, said.stdout
    page = read(os.path.join(drawing.SOURCES, path.group(1)))
    os.remove(os.path.join(drawing.SOURCES, path.group(1)))
    assert settled(page, folder) == read(GOLDEN)


def is_not_drawn_unasked(folder):
    said = drawing.run("run", "tests/golden/picture.scenario", "--out", folder)
    assert not re.search(r"^      picture ", said.stdout, re.M), said.stdout
    assert not any(name.endswith(".html") for name in os.listdir(folder))


def main():
    failed = 0
    cases = [is_the_golden_file, is_the_same_again, is_drawn_by_a_replay_too, is_not_drawn_unasked]
    if "--write" in sys.argv:
        with tempfile.TemporaryDirectory() as folder, open(GOLDEN, "w", encoding="utf-8") as golden:
            golden.write(drawn(folder))
        return 0
    for case in cases:
        folder = tempfile.mkdtemp()
        try:
            case(folder)
            print(f"ok      {case.__name__}")
        except AssertionError as error:
            failed += 1
            print(f"FAILED  {case.__name__}: {error}")
        finally:
            shutil.rmtree(folder)
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
