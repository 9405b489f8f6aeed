"""A recurrent network that learns to say the next letter."""
import torch
import torch.nn as nn

torch.manual_seed(777)
idx2char = ['h', 'i', 'e', 'l', 'o']
x_data = [[0, 1, 0, 2, 3, 3]]
y_data = [1, 0, 2, 3, 3, 4]
one_hot = torch.eye(5)
inputs = one_hot[torch.tensor(x_data)]
labels = torch.LongTensor(y_data)


class RNN(nn.Module):
    def __init__(self, num_classes=5, input_size=5, hidden_size=5, num_layers=1):
        super(RNN, self).__init__()
        self.num_layers, self.hidden_size, self.num_classes = num_layers, hidden_size, num_classes
        self.rnn = nn.RNN(input_size=input_size, hidden_size=hidden_size, batch_first=True)

    def forward(self, x):
        h_0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size)
        out, _ = self.rnn(x, h_0)
        return out.view(-1, self.num_classes)


rnn = RNN()
print(rnn)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(rnn.parameters(), lr=0.1)
for epoch in range(30):
    outputs = rnn(inputs)
    optimizer.zero_grad()
    loss = criterion(outputs, labels)
    loss.backward()
    optimizer.step()
    if epoch % 5 == 0:
        _, idx = outputs.max(1)
        result = [idx2char[c] for c in idx.squeeze().numpy()]
        print("epoch: %d, loss: %1.3f" % (epoch + 1, loss.item()), "Predicted string: ", ''.join(result))


class LSTMTagger(nn.Module):
    def __init__(self, embedding_dim, hidden_dim, vocab_size, tagset_size):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim)
        self.hidden2tag = nn.Linear(hidden_dim, tagset_size)

    def forward(self, sentence):
        embeds = self.word_embeddings(sentence)
        lstm_out, _ = self.lstm(embeds.view(len(sentence), 1, -1))
        return nn.functional.log_softmax(self.hidden2tag(lstm_out.view(len(sentence), -1)), dim=1)


training_data = [
    ("The dog ate the apple".split(), ["DET", "NN", "V", "DET", "NN"]),
    ("Everybody read that book".split(), ["NN", "V", "DET", "NN"]),
]
word_to_ix = {}
for sent, tags in training_data:
    for word in sent:
        if word not in word_to_ix:
            word_to_ix[word] = len(word_to_ix)
tag_to_ix = {"DET": 0, "NN": 1, "V": 2}
model = LSTMTagger(6, 6, len(word_to_ix), len(tag_to_ix))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(40):
    for sentence, tags in training_data:
        model.zero_grad()
        sentence_in = torch.tensor([word_to_ix[w] for w in sentence], dtype=torch.long)
        targets = torch.tensor([tag_to_ix[t] for t in tags], dtype=torch.long)
        loss = nn.NLLLoss()(model(sentence_in), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
with torch.no_grad():
    print(model(torch.tensor([0, 1, 2, 3, 4])))
gru = nn.GRU(4, 3, num_layers=2, batch_first=True)
out, h = gru(torch.randn(2, 5, 4))
print(out.shape, h.shape, out[:, -1])
