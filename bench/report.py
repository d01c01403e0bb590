"""What a bench brings back: tables, and bars that are met or not. Printed as it comes, as markdown."""


def table(head, rows):
    cells = [[str(c) for c in row] for row in [head, *rows]]
    width = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = ["| " + " | ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, width))) + " |"
             for row in cells]
    lines.insert(1, "|" + "|".join("-" * (w + 1) + ("-" if i == 0 else ":") for i, w in enumerate(width)) + "|")
    return "\n".join(lines)


def number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


class Report:
    def __init__(self, name):
        self.name, self.tables, self.bars = name, [], []

    def table(self, title, head, rows):
        self.tables.append({"title": title, "head": head, "rows": rows})
        print(f"\n**{title}**\n\n{table(head, rows)}", flush=True)

    def bar(self, what, value, least=None, most=None, digits=2):
        """A figure of Nomen and the bar of the issue; without a figure (no Nomen, no peer) nothing is claimed."""
        limit = f"at most {most}" if least is None else f"at least {least}"
        if value is None:
            verdict = "not measured"
        else:
            verdict = "PASS" if (value <= most if least is None else value >= least) else "FAIL"
        self.bars.append({"what": what, "value": value, "limit": limit, "verdict": verdict})
        print(f"{verdict}: {what}: {number(value, digits)} ({limit})", flush=True)

    def as_json(self):
        return {"name": self.name, "tables": self.tables, "bars": self.bars}
