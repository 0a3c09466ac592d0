"""Texts of many shapes, and the shipped library, for the grounded provider's tests."""

from functools import cache
from pathlib import Path

import lms.ai.models
from lms.ai.grounded.ranking import Entry
from lms.ai.grounded.relevance import index_of
from lms.ai.models import CourseRequest, Source

ROME = (
    "The Roman Republic began in 509 BC, when the last king was driven out of the city. Two consuls were "
    "elected each year to lead the state, and a senate of wealthy families advised them. The republic "
    "grew from a small city into the strongest power in Italy within 250 years. Roman citizens voted in "
    "assemblies, but the votes of the rich counted more than the votes of the poor. In 264 BC the First "
    "Punic War broke out between Rome and Carthage over the island of Sicily. Carthage was a trading city"
    " in North Africa with a strong fleet. Rome had almost no ships at the start of the war and built a "
    "fleet of 100 warships within a few months. The war lasted 23 years and ended with a Roman victory. "
    "Hannibal was a Carthaginian general who crossed the Alps with elephants in 218 BC. He defeated "
    "several Roman armies, e.g. at Cannae in 216 BC, where about 50,000 Romans died. The senate refused "
    "to make peace. Scipio Africanus carried the war to Africa and defeated Hannibal at Zama in 202 BC. "
    "Carthage lost its fleet and its lands in Spain. The conquests brought wealth and slaves to Italy. "
    "Small farmers could not compete with large estates worked by slaves. Tiberius Gracchus proposed a "
    "land reform in 133 BC and was killed by his opponents. The reform divided public land among poor "
    "citizens. Gaius Marius opened the army to men without property around 107 BC. Soldiers now depended "
    "on their general for land and pay. Julius Caesar conquered Gaul between 58 and 50 BC. The senate "
    "ordered Caesar to give up his army, but Caesar crossed the river Rubicon in 49 BC and started a "
    "civil war. Caesar won the war and became dictator for life. A group of senators murdered Caesar in "
    "44 BC. Octavian was the adopted son of Caesar and defeated Mark Antony at Actium in 31 BC. Octavian "
    "received the name Augustus in 27 BC and became the first emperor."
)
"""One paragraph without marks of any kind."""

CELL = """# Die Zelle

## Aufbau der Zelle

Die **Zelle** ist die kleinste lebende Einheit aller Lebewesen. Jede Zelle ist von einer dünnen Hülle umgeben.
Die **Zellmembran** ist eine dünne Schicht aus Fetten und Proteinen, die das Innere der Zelle von der Umgebung
trennt. Das **Zytoplasma** ist die zähe Flüssigkeit, die das Innere der Zelle ausfüllt. Im Zytoplasma liegen die
Organellen, z. B. die Mitochondrien.

## Organellen

Der **Zellkern** ist das Organell, in dem die Erbinformation der Zelle liegt. Ein **Mitochondrium** ist ein
Organell, das aus Zucker und Sauerstoff Energie gewinnt. Ein **Ribosom** ist ein winziges Teilchen, das Proteine
herstellt. Eine menschliche Zelle hat 46 Chromosomen im Kern. Die **Vakuole** ist ein großer Raum in
Pflanzenzellen, der Wasser und Stoffe speichert.

## Zellteilung

Die **Mitose** ist die Teilung des Zellkerns, bei der zwei gleiche Tochterkerne entstehen. Die **Meiose** ist
eine Teilung in zwei Schritten, aus der vier Keimzellen hervorgehen. Ein **Chromosom** ist ein Träger der
Erbinformation aus DNA und Proteinen. Vor der Teilung verdoppelt die Zelle ihre DNA.
"""

NETWORKS = """Networking terms

- **Router**: a device that forwards packets between networks
- **Switch**: a device that connects computers within one network
- **Packet**: a small unit of data that travels through a network
- **Protocol**: a set of rules that two computers follow when they talk
- **Firewall**: a filter that blocks unwanted traffic
- **Latency**: the time that a packet needs from sender to receiver
- **Bandwidth**: the amount of data that a link carries per second

The Internet joins millions of networks. Every computer on the Internet has an address with 32 or 128 bits. TCP
repeats lost packets until the receiver confirms them. UDP sends packets without confirmation, so it is faster.
"""

LEAVES = (
    "光合作用是植物利用光能把二氧化碳和水变成有机物的过程。**叶绿体**是进行光合作用的细胞器。**叶绿素**是吸收光能的绿色色素。"
    "光反应在类囊体膜上进行，产生ATP和NADPH。卡尔文循环在基质中进行，利用ATP把二氧化碳固定成糖。"
    "植物的叶子有很多气孔，气孔让二氧化碳进入叶子。水从根部运到叶子，氧气从气孔放出。光的强度影响光合作用的速度。"
    "温度太高时酶会失去活性。"
)

QUEUES = """# Queues

A queue holds work until somebody has time for it.

## Putting messages in

A **message** is a small record that one program leaves for another. A **producer** is a program that puts
messages into a queue. Most queues keep a message for some days.

```python
# not a heading
queue.send("hello")
```

A producer does not wait until the message is read, so it stays fast. The **backlog** is the number of messages
that nobody has read yet. A backlog of 100 messages is no reason to worry.

## Taking messages out

A **consumer** is a program that takes messages out of a queue and works on them. The **visibility timeout** is
the time for which a message is hidden from other consumers. A message that is not deleted before the visibility
timeout ends comes back. See e.g. the manual, Fig. 3, for the default of 30.5 seconds.

> Quoted: nothing to ask about.

### Poison

A **poison message** is a message that makes every consumer fail. A **dead-letter queue** is a queue that
collects messages which failed too often. It keeps them for people to look at.

| a | b |
|---|---|
| 1 | 2 |
"""

SHAPES = {
    "one paragraph": ROME,
    "german": CELL,
    "list": NETWORKS,
    "chinese": LEAVES,
    "code and tables": QUEUES,
    "windows newlines": QUEUES.replace("\n", "\r\n"),
    "sentences as paragraphs": ROME.replace(". ", ".\r\n\r\n"),
    "no punctuation": ROME.replace(". ", " ").replace(",", ""),
    "small sections": "\n\n".join(f"## Part {n}\n\n{part}." for n, part in enumerate(ROME.split(". "))),
}


@cache
def library() -> tuple[Source, ...]:
    """The shipped texts."""
    folder = Path(lms.ai.models.__file__).with_name("library")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
    return tuple(Source(id=name, title=text.partition("\n")[0][2:], text=text) for name, text in texts.items())


@cache
def catalogue() -> tuple[Entry, ...]:
    """The shipped texts, with what they are found by."""
    return tuple(Entry(source, index_of(source)) for source in library())


def given(text: str, title: str = "The topic") -> Source:
    return Source(id="given", title=title, text=text)


def asked(topic: str, lessons: int, text: str | None = None, language: str = "en") -> CourseRequest:
    return CourseRequest(
        topic=topic,
        audience="students",
        difficulty="intermediate",
        lesson_count=lessons,
        source_text=text,
        language=language,
    )
